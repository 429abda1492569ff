/** Bytes of stdout and stderr joined that ListCommandInvocations shows of one plugin, its mark included. */
const LIST_LIMIT = 2_500
const LIST_MARK = '---Output truncated---'

/** Characters of each stream that GetCommandInvocation shows, its mark included. */
const GET_LIMIT = 24_000
const GET_MARK = '--output truncated--'

const STDERR_TITLE = '\n----------ERROR-------\n'

/** What ListCommandInvocations (Details) shows as a plugin's output. */
export const joinedOutput = (stdout: string, stderr: string): string =>
  cut(stderr === '' ? stdout : stdout + STDERR_TITLE + stderr, LIST_LIMIT, LIST_MARK)

/** What GetCommandInvocation shows of one stream. */
export const streamOutput = (text: string): string => cut(text, GET_LIMIT, GET_MARK)

const cut = (text: string, limit: number, mark: string): string => {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  let end = limit - Buffer.byteLength(mark)
  // Never inside a character: the bytes 10xxxxxx continue one.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString() + mark
}
