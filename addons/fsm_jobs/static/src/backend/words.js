/** An amount as it is said at a counter: ₹1,23,456.00. */
export function rupees(amount) {
    return new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" }).format(amount);
}
