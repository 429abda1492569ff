/**
 * `&`, `<` and `>` as Slack wants them. A link, a channel or a call to people can only be written with `<`, so text that
 * went through here holds none (https://docs.slack.dev/messaging/formatting-message-text#escaping).
 */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/**
 * Text from outside, or a command, as it stands: between backticks a chat reads no markup, makes no links and calls
 * nobody. A backtick would end it, and `&`, `<` and `>` are entities there too.
 */
export const code = (text: string): string => `\`${escaped(text).replaceAll('`', "'") || '-'}\``
