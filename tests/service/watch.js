// What a test asks of a page that stands in a browser; put in before the page's own document.
window.watch = {
    violations: [],
    facts: () => ({
        heads: document.querySelectorAll("h1").length,
        language: document.documentElement.lang,
        violations: window.watch.violations,
    }),
    // What reaches beyond the page, or beyond its own section (but for what scrolls there).
    spilled: () => {
        const root = document.documentElement, shown = each => each.outerHTML.slice(0, 160);
        const right = each => each.getBoundingClientRect().right;
        const found = root.scrollWidth > root.clientWidth
            ? [`page: ${root.scrollWidth} > ${root.clientWidth}`] : [];
        for (const section of document.querySelectorAll("section, header, footer")) {
            const out = [...section.querySelectorAll("*")].find(each =>
                !each.closest("thead, .scroll") && right(each) > right(section) + 0.5);
            if (out) found.push(`${section.id}: ${shown(out)}`);
        }
        return found;
    },
    // Where the keyboard is, and how that is shown.
    focused: () => {
        const at = document.activeElement, style = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        return {
            href: at.getAttribute("href") || "", inMain: at.closest("main") !== null,
            style: style.outlineStyle, outline: parseFloat(style.outlineWidth),
            left: box.left, top: box.top, width: box.width, height: box.height,
        };
    },
};
document.addEventListener("securitypolicyviolation",
    event => window.watch.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
