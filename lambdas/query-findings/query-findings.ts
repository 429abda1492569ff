import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { type ApiDeps, createApi } from '../../shared/api/create-api.ts'

/** What an answer may be long: Lambda takes 6 MB, with the headers and as JSON text. */
export const MOST_BYTES = 6_000_000

export type QueryFindings = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>

/** Answers events of API Gateway's HTTP API (payload format 2.0) by the API. */
export const queryFindings = (deps: ApiDeps): QueryFindings => {
  const api = createApi({ maxBytes: MOST_BYTES, ...deps })
  return async ({ rawPath, rawQueryString, requestContext }) => {
    const answer = await api.request(addressOf(rawPath, rawQueryString), {
      method: requestContext.http.method,
    })
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    }
  }
}

/**
 * API Gateway decodes the path before it hands it over: what is in it must not be taken for the query or another host.
 */
const addressOf = (path: string, query: string): string => {
  const encoded = path.split('/').map(reencoded).join('/')
  return `http://api${encoded}${query === '' ? '' : `?${query}`}`
}

const reencoded = (segment: string): string => {
  try {
    return encodeURIComponent(decodeURIComponent(segment))
  } catch {
    return encodeURIComponent(segment.toWellFormed())
  }
}
