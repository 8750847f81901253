// Import: a file dropped anywhere on its zone is chosen and sent; the columns are shown anew as they are changed.

/** A form of import on the page is made ready. */
export function startImports(root: ParentNode): void {
  document.documentElement.classList.add("js");
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-import-send]:not([data-ready])")) {
    form.dataset.ready = "";
    prepare(form);
  }
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-import]:not([data-ready])")) {
    form.dataset.ready = "";
    let changed = false; // since it was sent
    let going = false; // to the next page, unless something was changed again
    form.addEventListener("change", () => {
      changed = true;
      going = false;
    });
    form.addEventListener("htmx:before:request", () => (changed = false));
    form.addEventListener("htmx:before:swap", (event) => (changed || going) && event.preventDefault()); // the answer to what was changed is to come, or another page
    form.addEventListener("submit", () => (going = true)); // by the button that goes on, with the last change in it
  }
}

function prepare(form: HTMLFormElement): void {
  const zone = form.querySelector<HTMLElement>(".drop-zone")!;
  const input = zone.querySelector<HTMLInputElement>("input[type=file]")!;
  const over = (on: boolean): void => { zone.classList.toggle("over", on); };
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      over(true);
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) over(false);
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const files = event.dataTransfer?.files;
    if (!files?.length) return;
    input.files = files;
    form.requestSubmit();
  });
  if (input.files?.length) form.querySelector("[data-no-script]")?.removeAttribute("data-no-script"); // chosen before anybody heard of it
  input.addEventListener("change", () => {
    if (input.files?.length) form.requestSubmit();
  });
}
