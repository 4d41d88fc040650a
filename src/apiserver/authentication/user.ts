// Who a request comes from.

export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

/** What the controllers and the scheduler act as: service accounts of kube-system. */
export function componentUser(component: string): User {
  return {
    name: `system:serviceaccount:kube-system:${component}`,
    uid: '',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}
