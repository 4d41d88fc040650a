// The paths at which a server tells what it serves: lists of versions, groups and resources, its own version, its issuer.
// Models kubernetes staging/src/k8s.io/apiserver/pkg/endpoints/discovery and pkg/server/routes.

import { isUnstructured } from '../../api/schema-of.ts';
import type { Scheme } from '../../api/scheme.ts';
import type { JsonValue } from '../../lib/json.ts';
import { answers, gvName, groupTag, tagOf, textAnswer } from './operations.ts';
import type { Paths } from './operations.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const VERSION_INFO = 'io.k8s.apimachinery.pkg.version.Info';
const JSON_ONLY = ['application/json'];

/** Of documents that tell of no group version, each by its name: `api`, `apis`, `apis/apps`, `version`, … */
export function discoveryPaths(scheme: Scheme): Map<string, Paths> {
  const groups = scheme.groups().filter(({ group }) => group !== '' && isBuiltIn(scheme, group));
  const issuer = 'getServiceAccountIssuerOpenID';
  return new Map([
    one('.well-known/openid-configuration', 'WellKnown', `${issuer}Configuration`, textAnswer(JSON_ONLY)),
    one('api', 'core', 'getCoreAPIVersions', answers(`${META}.APIVersions`, [200])),
    one('apis', 'apis', 'getAPIVersions', answers(`${META}.APIGroupList`, [200])),
    ...groups.map(({ group }) => {
      const id = `get${gvName({ group, version: '' })}APIGroup`;
      return one(`apis/${group}`, groupTag(group), id, answers(`${META}.APIGroup`, [200]));
    }),
    one('openid/v1/jwks', 'openid', `${issuer}Keyset`, textAnswer(['application/jwk-set+json'])),
    one('version', 'version', 'getCodeVersion', answers(VERSION_INFO, [200], JSON_ONLY)),
  ]);
}

/** Where the resources of a group version are listed. `root`: `apis/apps/v1`. */
export function resourcesPath(root: string, groupVersion: { readonly group: string; readonly version: string }): Paths {
  const id = `get${gvName(groupVersion)}APIResources`;
  return one(root, tagOf(groupVersion), id, answers(`${META}.APIResourceList`, [200]))[1];
}

function isBuiltIn(scheme: Scheme, group: string): boolean {
  return scheme.kinds.some((kind) => kind.group === group && !isUnstructured(kind));
}

function one(name: string, tag: string, operationId: string, responses: JsonValue): [name: string, paths: Paths] {
  return [name, [[`/${name}/`, { get: { tags: [tag], operationId, responses } }]]];
}
