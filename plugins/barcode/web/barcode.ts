// Codes: the button that reads by camera, and hand scanners, which type fast and end with Enter.
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = { new (): Detector; getSupportedFormats(): Promise<string[]> };

/** Milliseconds a key, on the average, that a scanner takes at most (nobody types so fast), and a pause that ends a code. */
const FAST = 60;
const PAUSE = 400;
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
let began = 0;
let last = 0;

function scanned(event: KeyboardEvent): void {
  const now = event.timeStamp;
  if (event.key === "Shift") return;
  if (now - last > PAUSE) burst = "";
  last = now;
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (!burst) began = now;
    burst += event.key;
    return;
  }
  const text = burst;
  burst = "";
  if (event.key !== "Enter" || text.length < SHORTEST || now - began > FAST * text.length) return;
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

/** Looks eight times a second until something is seen; answers how to stop. */
function repeated(look: () => string | null | Promise<string | null>, found: (text: string) => void): () => void {
  let going = true;
  const again = async (): Promise<void> => {
    const text = going ? await Promise.resolve().then(look).catch(() => null) : null;
    if (going && text) found(text);
    else if (going) setTimeout(again, 125);
  };
  void again();
  return () => {
    going = false;
  };
}

let canvas: HTMLCanvasElement | null = null;

/** The picture that the camera sees now. */
function frame(video: HTMLVideoElement): HTMLCanvasElement | null {
  if (video.readyState < 2 || video.videoWidth === 0) return null;
  canvas ??= document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(video, 0, 0);
  return canvas;
}

/** Looks at the picture of the camera until a code is in it: by the browser itself where it can, else by ZXing. */
async function watch(video: HTMLVideoElement, found: (text: string) => void): Promise<() => void> {
  const Native = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Native && (await Native.getSupportedFormats()).length > 0) {
    const detector = new Native();
    return repeated(async () => (video.readyState >= 2 ? ((await detector.detect(video))[0]?.rawValue ?? null) : null), found);
  }
  const { BrowserMultiFormatOneDReader, BrowserQRCodeReader } = await import("@zxing/browser");
  const readers = [new BrowserQRCodeReader(), new BrowserMultiFormatOneDReader()];
  return repeated(() => {
    const picture = frame(video);
    if (!picture) return null;
    for (const reader of readers) {
      try {
        return reader.decodeFromCanvas(picture).getText();
      } catch {
        continue; // there is no such code in this picture
      }
    }
    return null;
  }, found);
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
  stop = await watch(video, (text) => {
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
