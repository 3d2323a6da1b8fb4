import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const DOTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const HIT = 13; // of 100: how near the finger comes to a dot

/** A 3x3 pattern, drawn with a finger or typed with the keys 1 to 9: "1478". */
export class PatternPad extends Component {
    static template = "fsm_jobs.PatternPad";
    static props = { value: String, update: Function };

    setup() {
        this.svg = useRef("svg");
        this.state = useState({ drawing: false });
        this.dots = DOTS.map((id) => ({
            id,
            x: 20 + ((id - 1) % 3) * 30,
            y: 20 + Math.floor((id - 1) / 3) * 30,
        }));
    }

    get path() {
        return [...this.props.value].map(Number);
    }

    get points() {
        return this.path.map((id) => `${this.dots[id - 1].x},${this.dots[id - 1].y}`).join(" ");
    }

    add(id) {
        const path = this.path;
        if (!path.includes(id)) {
            // A straight line over a dot takes it along, as on the phone itself.
            const middle = (path.at(-1) + id) / 2;
            if (path.length && this.isBetween(path.at(-1), id) && !path.includes(middle)) {
                path.push(middle);
            }
            this.props.update([...path, id].join(""));
        }
    }

    isBetween(one, other) {
        const [a, b] = [this.dots[one - 1], this.dots[other - 1]];
        return (a.x + b.x) % 60 === 40 && (a.y + b.y) % 60 === 40;
    }

    onPointerDown(ev) {
        this.state.drawing = true;
        ev.currentTarget.setPointerCapture(ev.pointerId);
        this.props.update("");
        this.onPointerMove(ev);
    }

    onPointerMove(ev) {
        if (!this.state.drawing) {
            return;
        }
        const box = this.svg.el.getBoundingClientRect();
        const x = ((ev.clientX - box.left) / box.width) * 100;
        const y = ((ev.clientY - box.top) / box.height) * 100;
        const dot = this.dots.find((each) => Math.hypot(each.x - x, each.y - y) < HIT);
        if (dot) {
            this.add(dot.id);
        }
    }

    onPointerUp() {
        this.state.drawing = false;
    }

    onKeydown(ev) {
        if (/^[1-9]$/.test(ev.key)) {
            this.add(Number(ev.key));
        } else if (ev.key === "Backspace" || ev.key === "Delete") {
            this.props.update(this.path.slice(0, -1).join(""));
        } else {
            return;
        }
        ev.preventDefault();
    }
}

/** What unlocks the device, or nothing: it lives in this screen's memory until it is sealed. */
export class PasscodeField extends Component {
    static template = "fsm_jobs.PasscodeField";
    static components = { PatternPad };
    static props = { passcode: Object };

    setup() {
        this.state = useState({ shown: false });
        this.types = [
            { key: "none", label: _t("Not needed") },
            { key: "pin", label: _t("PIN") },
            { key: "password", label: _t("Password") },
            { key: "pattern", label: _t("Pattern") },
        ];
    }

    choose(type) {
        this.props.passcode.type = type;
        this.props.passcode.value = "";
    }
}
