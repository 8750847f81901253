"""Documents on their way: previewed without a number, issued with the next one, one by one or by a job."""
