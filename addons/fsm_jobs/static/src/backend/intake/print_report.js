const LOADING = 15000; // ms

/** Print a page of ours by the browser's own dialog: no download, no viewer, one click. */
export function printReport(url) {
    document.querySelector("iframe.o_fsm_print")?.remove();
    const frame = document.createElement("iframe");
    frame.className = "o_fsm_print";
    frame.setAttribute("aria-hidden", "true");
    return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`Not loaded: ${url}`)), LOADING);
        frame.addEventListener("load", () => {
            clearTimeout(late);
            frame.contentWindow.focus();
            frame.contentWindow.print();
            resolve();
        });
        frame.src = url;
        document.body.append(frame);
    });
}
