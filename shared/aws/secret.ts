import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** Reads a secret's text, by name or ARN. `fresh` asks again for one that is known already. */
export type ReadSecret = (id: string, options?: { fresh?: boolean }) => Promise<string>

/**
 * Secrets of AWS Secrets Manager, kept for the life of the process: each read costs time and money, and whoever finds
 * that one no longer works asks for it afresh. Throws where the secret holds no text.
 */
export const secretReader = (client: SecretsManagerClient): ReadSecret => {
  const known = new Map<string, string>()
  return async (id, { fresh = false } = {}) => {
    const kept = known.get(id)
    if (kept !== undefined && !fresh) return kept
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }))
    if (!SecretString) throw new Error(`the secret ${id} holds no text`)
    known.set(id, SecretString)
    return SecretString
  }
}
