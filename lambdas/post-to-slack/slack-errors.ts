/** Slack, or what stands in its place, will not take the message however often it is sent: somebody has to act. */
export class SlackRejectedError extends Error {
  override readonly name = 'SlackRejectedError'
  /** Slack's own word, such as `channel_is_archived`, or ours where it never came to Slack. */
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** It may work another time: Lambda invokes the function again. */
export class SlackUnavailableError extends Error {
  override readonly name = 'SlackUnavailableError'
}
