const MOST_CHARACTERS = 1000

/**
 * A verdict's message as its changes record it. What a node names is in it, so that it may be as long as the node likes; a
 * finding keeps also what its last change had said, and has to fit into one item with it.
 */
export const recordedText = (message: string): string =>
  (message.length <= MOST_CHARACTERS ? message : `${message.slice(0, MOST_CHARACTERS)}…`).toWellFormed()
