// The signature pad of the customer's page: a canvas, a finger, and nothing else to load.
(() => {
    const pad = document.getElementById("pad");
    if (!pad) {
        return;
    }
    const form = pad.closest("form");
    const pen = pad.getContext("2d");
    let drawing = false;
    let strokes = 0;

    const place = (event) => {
        const box = pad.getBoundingClientRect();
        return [
            ((event.clientX - box.left) * pad.width) / box.width,
            ((event.clientY - box.top) * pad.height) / box.height,
        ];
    };
    pen.lineWidth = 3;
    pen.lineCap = "round";
    pad.addEventListener("pointerdown", (event) => {
        drawing = true;
        pad.setPointerCapture(event.pointerId);
        pen.beginPath();
        pen.moveTo(...place(event));
    });
    pad.addEventListener("pointermove", (event) => {
        if (drawing) {
            pen.lineTo(...place(event));
            pen.stroke();
            strokes += 1;
        }
    });
    pad.addEventListener("pointerup", () => {
        drawing = false;
    });
    form.querySelector("[data-fsm=clear]").addEventListener("click", () => {
        pen.clearRect(0, 0, pad.width, pad.height);
        strokes = 0;
    });
    form.addEventListener("submit", (event) => {
        // An empty canvas is no signature; the server asks for one.
        form.elements.signature.value =
            event.submitter?.value === "approved" && strokes > 2 ? pad.toDataURL("image/png") : "";
    });
})();
