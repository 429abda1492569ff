import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

/** The client of this function's own account. */
export const ownClient = (): S3Client => new S3Client()

/** Puts an object where there is none under its key. Throws PreconditionFailed where there is one. */
export const putNew = async (
  client: S3Client,
  { bucket, key, body }: { bucket: string; key: string; body: Uint8Array },
): Promise<void> => {
  await client.send(
    new PutObjectCommand({
      ...{ Bucket: bucket, Key: key, Body: body, ContentType: 'application/gzip' },
      ...{ ChecksumAlgorithm: 'SHA256', IfNoneMatch: '*' },
    }),
  )
}
