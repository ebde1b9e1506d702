import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What the viewer gets in place of an origin's error. */
export interface ErrorPage {
  /** A path of the distribution, which goes through the behaviour that it matches. */
  readonly path: string;
  /** The status for the viewer. */
  readonly status: number;
}

/** Headers of the viewer that would change the page. */
const conditions = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

/**
 * Holds back an origin's response whose status has an error page, and fetches the page with GET instead. When the page cannot be had, the
 * viewer gets the status of the origin of the page.
 * Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
 * @param fetchPage answers the request for a path of the distribution with the response
 */
export function replaceErrors(
  pages: ReadonlyMap<number, ErrorPage>,
  request: IncomingMessage,
  response: ServerResponse,
  fetchPage: (path: string) => Promise<void>,
): void {
  const own = { writeHead: response.writeHead, write: response.write, end: response.end };
  const holdBack = (page: ErrorPage) => {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    Object.assign(response, {
      writeHead: () => response,
      write: () => true,
      end() {
        Object.assign(response, own, {
          writeHead: (status: number, ...rest: [OutgoingHttpHeaders]) =>
            own.writeHead.call(response, status === 200 ? page.status : status, ...rest),
        });
        for (const name of conditions) delete request.headers[name];
        request.method = request.method === 'HEAD' ? 'HEAD' : 'GET';
        fetchPage(page.path).catch(() => response.destroy());
        return response;
      },
    });
  };
  Object.assign(response, {
    writeHead(status: number, ...rest: [OutgoingHttpHeaders]) {
      const page = pages.get(status);
      if (!page) return own.writeHead.call(response, status, ...rest);
      holdBack(page);
      return response;
    },
  });
}
