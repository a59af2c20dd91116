// Shows cards with Microsoft's renderer, set up as its documentation sets it up: markdown-it turns markdown into HTML
// (Adaptive Cards, JavaScript SDK, "Markdown support"). Addresses are looked for as well, which is the worst that a client
// could do to words. Mentions are what the card's entities name, as in Teams.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)").matches;
const ink = (main, subtle) => ({ default: main, subtle });
const words = dark ? ink("#ffffff", "#adadad") : ink("#242424", "#616161");
const foregroundColors = {
    default: words,
    accent: dark ? ink("#a8acf0", "#8f93e6") : ink("#5b5fc7", "#7579d1"),
    good: dark ? ink("#92c353", "#92c353") : ink("#13a10e", "#13a10e"),
    warning: dark ? ink("#f8d22a", "#f8d22a") : ink("#835c00", "#835c00"),
    attention: dark ? ink("#f9526b", "#f9526b") : ink("#c4314b", "#c4314b"),
};
const paper = (light, night) => ({ backgroundColor: dark ? night : light, foregroundColors });
const hostConfig = new AdaptiveCards.HostConfig({
    fontTypes: {
        default: {
            fontFamily: "'Segoe UI', 'Noto Sans', sans-serif",
            fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
            fontWeights: { lighter: 400, default: 400, bolder: 600 },
        },
        monospace: {
            fontFamily: "Consolas, 'DejaVu Sans Mono', monospace",
            fontSizes: { small: 11, default: 13, medium: 15, large: 17, extraLarge: 22 },
            fontWeights: { lighter: 400, default: 400, bolder: 600 },
        },
    },
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 12 },
    containerStyles: {
        default: paper("#ffffff", "#292929"),
        emphasis: paper("#f0f0f0", "#333333"),
        good: paper("#e7f2da", "#0d2e0d"),
        warning: paper("#fbf6d9", "#463100"),
        attention: paper("#fcf4f6", "#3e1f25"),
    },
    supportsInteractivity: true,
    actions: {
        maxActions: 6,
        spacing: "small",
        buttonSpacing: 8,
        showCard: { actionMode: "inline", inlineTopMargin: 8, style: "emphasis" },
        actionsOrientation: "horizontal",
        actionAlignment: "left",
    },
    inputs: { label: { inputSpacing: "small", requiredInputs: { suffix: " *" } } },
    textStyles: { heading: { size: "medium", weight: "bolder" } },
    factSet: { title: { weight: "bolder", wrap: true, maxWidth: 120 }, value: { wrap: true }, spacing: 12 },
});

const markdown = markdownit({ linkify: true });
let entities = [];
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    const marked = entities.reduce((all, { text: mark }, n) => all.replaceAll(mark, `\ue000${n}\ue001`), text);
    result.outputHtml = markdown.render(marked).replace(/\ue000(\d+)\ue001/g, (_all, n) => {
        const span = document.createElement("span");
        span.className = "mention";
        span.textContent = entities[n].mentioned.name;
        return span.outerHTML;
    });
    result.didProcess = true;
};

window.pressed = [];

function show(card) {
    entities = card.msteams?.entities ?? [];
    const adaptive = new AdaptiveCards.AdaptiveCard();
    adaptive.hostConfig = hostConfig;
    adaptive.onExecuteAction = (action) => {
        const type = action.getJsonTypeName();
        window.pressed.push({ type, verb: action.verb ?? "", data: action.data ?? {} });
    };
    const context = new AdaptiveCards.SerializationContext();
    // It tests with a global expression, which starts where it stopped before and so refuses every second language.
    AdaptiveCards.CardElement.langProperty.regEx.lastIndex = 0;
    adaptive.parse(card, context);
    const place = document.createElement("article");
    place.className = card.msteams?.width === "Full" ? "shown full" : "shown";
    place.lang = card.lang ?? "";
    place.append(adaptive.render());
    document.getElementById("cards").append(place);
    // Choices that are looked up while one types are none at first; Learn's own examples have none either.
    const looksUp = JSON.stringify(card).includes('"choices.data"');
    const complaints = adaptive.validateProperties().validationEvents
        .map(({ message }) => message)
        .filter((message) => !(looksUp && message === "An Input.ChoiceSet must have at least one choice defined."));
    for (let n = 0; n < context.eventCount; n++) complaints.push(context.getEventAt(n).message);
    return { place, complaints };
}

// What people see of a card.
function read(card) {
    const { place, complaints } = show(card);
    const all = (selector) => [...place.querySelectorAll(selector)].map((each) => each.innerText);
    return {
        text: place.innerText,
        headings: all("[role=heading]"),
        blocks: all(".ac-textBlock"),
        runs: all(".ac-richTextBlock"),
        facts: [...place.querySelectorAll(".ac-factset tr")].map((row) =>
            [...row.querySelectorAll("td")].map((cell) => cell.innerText)).map((cells) => [cells[0], cells.at(-1)]),
        buttons: all(".ac-pushButton"),
        mentions: all(".mention"),
        markup: [...place.querySelectorAll("a, li, h1, h2, h3, h4, em, strong, s, code, pre, blockquote, img, hr")]
            .map((each) => each.tagName.toLowerCase()),
        complaints,
        wide: place.scrollWidth > place.clientWidth || document.documentElement.scrollWidth > innerWidth,
    };
}

window.readAll = (cards) => {
    document.getElementById("cards").replaceChildren();
    window.pressed = [];
    return cards.map(read);
};
