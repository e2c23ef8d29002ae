// Where a dot on a lane is, for any fraction of its way: the lane's points, taken from the stage once and kept in
// one flat array, because a thousand dots ask sixty times a second and none of them may allocate anything.
// An event that names a queue inside a closed group travels on the group's lane.

const TRACK_STEP = 6; // graph units between two points: finer than the eye follows at full speed

export function createTracks(stage) {
  const kept = new Map();
  const groups = new Map(); // member → its group
  let edges = new Map();

  function inGroup(lane) {
    const [, kind, rest] = /^([a-z-]+):(.*)$/s.exec(lane) ?? [];
    if (!kind || !groups.size) return null;
    for (let cut = rest.indexOf(">"); cut > 0; cut = rest.indexOf(">", cut + 1)) {
      const [from, to] = [rest.slice(0, cut), rest.slice(cut + 1)];
      const id = `${kind}:${groups.get(from) ?? from}>${groups.get(to) ?? to}`;
      if (edges.has(id)) return id;
    }
    return null;
  }

  // Fills the track with the lane's points as they lie now; false if the lane is not drawn.
  function measure(lane, track) {
    const path = stage.lane(lane);
    if (!path || !path.length) return false;
    const pieces = Math.max(8, Math.ceil(path.length / TRACK_STEP));
    if (track.pieces !== pieces) track.points = new Float32Array(2 * (pieces + 1));
    [track.pieces, track.length] = [pieces, path.length];
    for (let i = 0; i <= pieces; i += 1) track.points.set(path.at(i / pieces), 2 * i);
    return true;
  }

  const tracks = {
    // The graph has changed. Tracks stay the same objects: dots are on them.
    reset(graph) {
      groups.clear();
      edges = new Map((graph?.edges ?? []).map((edge) => [edge.id, edge]));
      for (const node of graph?.nodes ?? []) for (const member of node.members ?? []) groups.set(member, node.id);
      for (const [id, track] of kept) if (!track || track.lane !== tracks.lane(id)) kept.delete(id);
      tracks.refresh();
    },
    // The lanes are on their way to new places: once per frame, until they are there.
    refresh() {
      for (const [id, track] of kept) if (track?.lane === id) measure(id, track);
    },
    edges: () => edges,
    isGroup: (id) => [...groups.values()].includes(id),
    // The node and the lane that stand for these on the screen.
    node: (id) => groups.get(id) ?? id,
    lane: (id) => (edges.has(id) ? id : inGroup(id)),
    of(id) {
      const found = kept.get(id);
      if (found !== undefined) return found;
      const lane = tracks.lane(id);
      let track = lane && lane !== id ? tracks.of(lane) : null;
      if (lane === id) {
        track = { lane, points: null, pieces: 0, length: 0, stamp: -1, sum: 0, top: null };
        if (!measure(lane, track)) track = null;
      }
      kept.set(id, track);
      return track;
    },
  };
  return tracks;
}
