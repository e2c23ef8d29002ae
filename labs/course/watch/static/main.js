// The live view's page side, as anywidget asks for it: for each model `initialize`, for each view `render`, which
// gives back the function that ends it.
// https://anywidget.dev/en/afm/

import { createMemory } from "./memory.js";
import { LINES, openView } from "./view.js";

// Called once for each model. Lines come from the first moment on, views open and close: so the model has a memory.
function liveView() {
  const memory = createMemory();
  let views = 0;
  return {
    initialize({ model, signal }) {
      const hear = (line) => {
        if (LINES.has(line.type)) memory.keep(line, views > 0);
      };
      model.on("msg:custom", hear);
      signal?.addEventListener("abort", () => model.off("msg:custom", hear), { once: true });
    },
    render(context) {
      views += 1;
      return openView({ ...context, memory, onEnd: () => (views -= 1) });
    },
  };
}

export default liveView;
