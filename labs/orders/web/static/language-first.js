// Before anything is painted: the language, and with it the direction in which the page reads.
// A plain script and not a module, because modules run after the first paint. The words follow in language.js.
(() => {
  let kept = null;
  try { kept = localStorage.getItem("shop.language"); } catch { /* a browser that keeps nothing */ }
  const known = { en: "ltr", fr: "ltr", ar: "rtl" };
  const wishes = [kept, ...navigator.languages].map((wish) => String(wish).slice(0, 2).toLowerCase());
  const language = wishes.find((wish) => known[wish]) ?? "en";
  const page = document.documentElement;
  page.lang = language;
  page.dir = known[language];
  page.classList.toggle("untranslated", language !== "en");
})();
