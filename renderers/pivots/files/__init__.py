"""Reports as files: typed cells in XLSX, texts in CSV; the same lines as on the page, all of them."""
