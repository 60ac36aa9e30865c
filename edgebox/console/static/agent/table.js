/** Returns the state with `changes` in the entry of `id` in `table`. */
export function put(state, table, id, changes) {
  return { ...state, [table]: { ...state[table], [id]: { ...state[table][id], ...changes } } };
}

/** Returns `table` without the entry of `id`. */
export function without(table, id) {
  const { [id]: _, ...rest } = table;
  return rest;
}

/** Returns the state that asks the socket to send `message`. */
export function want(state, message) {
  return { ...state, wants: [...state.wants, message] };
}

/** Returns the state with `code` said to those who listen. */
export function say(state, code, detail = "") {
  return { ...state, said: { code, detail, n: (state.said?.n ?? 0) + 1 } };
}
