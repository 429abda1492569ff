/** The engine that judges: stands on every verdict, and moves when verdicts could differ. */
export const ENGINE_VERSION = '1'
