// When to work at all. Frames only while something moves; a beat for words and numbers only while they change.
// At rest, and after `stop`, there is no timer and no frame left.

const TELL_MS = 200;

export function createLoop({ frame, running, rest, beat }) {
  let [asked, timer, stopped, frames] = [0, 0, false, 0];

  function tick() {
    asked = 0;
    frames += 1;
    frame(performance.now());
    if (running()) loop.wake();
    else rest();
  }

  const loop = {
    get frames() {
      return frames;
    },
    get pending() {
      return { frame: asked !== 0, timer: timer !== 0 };
    },
    wake() {
      if (!asked && !stopped && running()) asked = requestAnimationFrame(tick);
    },
    // Words and numbers, soon; `beat` says whether they go on changing.
    tell() {
      if (timer || stopped || document.hidden) return;
      timer = setTimeout(() => {
        timer = 0;
        if (beat() || asked) loop.tell();
      }, TELL_MS);
    },
    sleep() {
      cancelAnimationFrame(asked);
      clearTimeout(timer);
      [asked, timer] = [0, 0];
    },
    stop() {
      stopped = true;
      loop.sleep();
    },
  };
  return loop;
}
