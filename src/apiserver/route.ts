// What a request resolves to: a verb to run, or why there is none.

import type { ApiVerb } from '../api/kind.ts';
import type { Status } from '../api/status.ts';
import type { Exchange } from './exchange.ts';
import type { ApiResponse } from './http.ts';
import type { WatchAnswer } from './verbs/watch.ts';

export type Verb =
  | {
      readonly name: Exclude<ApiVerb, 'watch'>;
      readonly writes: boolean;
      /** The request goes to somebody else: its media types are between the client and them. */
      readonly handsOn?: boolean;
      run(exchange: Exchange): ApiResponse;
    }
  | { readonly name: 'watch'; run(exchange: Exchange): WatchAnswer };

export type Route = { readonly ok: true; readonly verb: Verb } | { readonly ok: false; readonly status: Status };
