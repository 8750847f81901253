// Codes: the button that reads by camera, and hand scanners, which type fast and end with Enter.
import type { IScannerControls } from "@zxing/browser";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (): Detector; getSupportedFormats(): Promise<string[]> };

/** Milliseconds between the keys of a scanner at most: nobody types so fast. */
const FAST = 45;
const SHORTEST = 4;

/** Puts a code that was read in place of what stood in the field, as if it were typed. */
function put(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
  input.select();
}

// --- hand scanners

let burst = "";
let last = 0;

function scanned(event: KeyboardEvent): void {
  const now = event.timeStamp;
  const fast = now - last < FAST;
  last = now;
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    burst = fast ? burst + event.key : event.key;
    return;
  }
  if (event.key === "Shift") return;
  const text = burst;
  burst = "";
  if (event.key !== "Enter" || !fast || text.length < SHORTEST) return;
  const target = event.target as HTMLElement;
  if (target.matches("input[data-barcode]")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    put(target as HTMLInputElement, text);
  } else if (!target.matches("input, textarea, select, [contenteditable=true]") && /^\d+$/.test(text)) {
    find(event, text);
  }
}

/** In a list, a code that is scanned while nothing is being written is looked for. */
function find(event: KeyboardEvent, text: string): void {
  const search = document.querySelector<HTMLInputElement>("#list-search");
  if (!search || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  put(search, text);
}

// --- the camera

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** Looks at the picture of the camera until a code is in it: by the browser itself where it can, else by ZXing. */
async function watch(video: HTMLVideoElement, stream: MediaStream, found: (text: string) => void): Promise<() => void> {
  const Native = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Native && (await Native.getSupportedFormats()).length > 0) {
    const detector = new Native();
    let going = true;
    const look = async (): Promise<void> => {
      if (!going) return;
      const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
      if (going && codes[0]) found(codes[0].rawValue);
      else setTimeout(look, 120);
    };
    void look();
    return () => (going = false);
  }
  const { BrowserMultiFormatReader } = await import("@zxing/browser");
  const controls: IScannerControls = await new BrowserMultiFormatReader().decodeFromStream(stream, video, (result) => {
    if (result) found(result.getText());
  });
  return () => controls.stop();
}

/** A switch for the lamp beside the camera, where there is one. */
function torch(stream: MediaStream, words: string): HTMLButtonElement | null {
  const track = stream.getVideoTracks()[0];
  const can = track?.getCapabilities?.() as { torch?: boolean } | undefined;
  if (!track || !can?.torch) return null;
  const button = element("button", "btn slim", words);
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    void track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  });
  return button;
}

async function scan(button: HTMLButtonElement): Promise<void> {
  const input = document.getElementById(button.dataset.scan ?? "") as HTMLInputElement | null;
  if (!input) return;
  const dialog = element("dialog", "scan");
  const heading = element("h2", "", button.dataset.heading);
  heading.id = "scan-heading";
  dialog.setAttribute("aria-labelledby", heading.id);
  const close = element("button", "btn slim", button.dataset.close);
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  const head = element("div", "scan-head");
  head.append(heading, close);
  const view = element("div", "scan-view");
  const video = element("video", "");
  video.muted = true;
  video.playsInline = true;
  view.append(video);
  const foot = element("div", "scan-foot");
  const told = element("p", "", button.dataset.aim);
  told.setAttribute("role", "status");
  foot.append(told);
  dialog.append(head, view, foot);
  document.body.append(dialog);

  let stream: MediaStream | null = null;
  let stop: () => void = () => undefined;
  let open = true;
  dialog.addEventListener("close", () => {
    open = false;
    stop();
    for (const track of stream?.getTracks() ?? []) track.stop();
    dialog.remove();
    if (document.activeElement === document.body) button.focus();
  });
  dialog.showModal();
  const refuse = (words = ""): void => {
    view.hidden = true;
    told.className = "refused";
    told.textContent = words;
  };
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    refuse((error as DOMException).name === "NotAllowedError" ? button.dataset.denied : button.dataset.none);
    return;
  }
  if (!open) {
    for (const track of stream.getTracks()) track.stop();
    return;
  }
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  const lamp = torch(stream, button.dataset.torch ?? "");
  if (lamp) foot.append(lamp);
  stop = await watch(video, stream, (text) => {
    if (!open) return;
    dialog.close();
    put(input, text);
  });
  if (!open) stop();
}

/** Buttons are there only where a camera can be asked for. */
function prepare(): void {
  if (!navigator.mediaDevices?.getUserMedia) return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-scan][hidden]")) button.hidden = false;
}

document.addEventListener("keydown", scanned, true);
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-scan]");
  if (button) void scan(button);
});
document.addEventListener("htmx:after:settle", prepare);
document.addEventListener("focusin", prepare);
prepare();
