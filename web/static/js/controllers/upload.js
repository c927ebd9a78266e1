// Sends files as soon as they are chosen or dropped, with progress, while the form goes on.
// Without scripts they travel with the form.
export default function upload(drop) {
  const input = drop.querySelector("input[type=file]");
  const lines = drop.querySelector("[data-uploads]");
  const list = drop.parentElement.querySelector("[data-attached]");
  const form = drop.closest("form");
  const { address, limit, tooLarge, failed } = drop.dataset;

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    // Sent by themselves: the form must not send them again.
    input.value = "";
    send(chosen);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("over"));
  }
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    send([...event.dataTransfer.files]);
  });

  // One after the other, so that a slow line finishes something.
  async function send(files) {
    for (const file of files) await sendOne(file);
  }

  function sendOne(file) {
    const line = document.createElement("div");
    line.className = "upload-line";
    line.append(file.name);
    lines.append(line);
    if (file.size > Number(limit)) {
      fail(line, `${file.name} ${tooLarge}`);
      return undefined;
    }
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", file.name);
    line.append(bar);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("HX-Request", "true");
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => {
        if (request.status === 201) {
          list.insertAdjacentHTML("beforeend", request.responseText);
          line.remove();
          form.dispatchEvent(new Event("input", { bubbles: true }));
        } else fail(line, reason(request) ?? `${file.name} ${failed}`);
        done();
      });
      const content = new FormData();
      content.append("csrf_token", form.elements.csrf_token.value);
      content.append("file", file);
      request.send(content);
    });
  }

  function reason(request) {
    try {
      return JSON.parse(request.responseText).message;
    } catch {
      return undefined;
    }
  }

  function fail(line, text) {
    line.textContent = text;
    line.classList.add("fault");
  }
}
