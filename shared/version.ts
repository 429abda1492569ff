/**
 * The engine that judges: stands on every verdict, and moves when verdicts could differ. The one before is then frozen
 * (docs/adr/0011) and stays in `ENGINES`, so that what it judged can be judged again.
 */
export const ENGINE_VERSION = '1'
