// The pod addresses of one node, out of the node's podCIDR. Models the host-local IPAM plugin of CNI: the first address
// is the network, the second the gateway, the last the broadcast; the next one after the last given is tried first.

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

export class PodIps {
  #first = 0;
  #last = -1;
  #next = 0;
  readonly #used = new Set<number>();

  /** IPv4 range such as `10.244.3.0/24`. Addresses taken before stay taken. */
  setCidr(cidr: string): void {
    const [base = '', bits = '32'] = cidr.split('/');
    const network = toNumber(base);
    this.#first = network + 2;
    this.#last = network + 2 ** (32 - Number(bits)) - 2;
    if (this.#next < this.#first || this.#next > this.#last) this.#next = this.#first;
  }

  /** Undefined: no range yet, or none is free. */
  allocate(): string | undefined {
    const size = this.#last - this.#first + 1;
    for (let tried = 0; tried < size; tried++) {
      const candidate = this.#next;
      this.#next = candidate === this.#last ? this.#first : candidate + 1;
      if (!this.#used.has(candidate)) {
        this.#used.add(candidate);
        return toText(candidate);
      }
    }
    return undefined;
  }

  take(ip: string): void {
    const value = toNumber(ip);
    this.#used.add(value);
    if (value >= this.#next && value < this.#last) this.#next = value + 1;
  }

  release(ip: string): void {
    this.#used.delete(toNumber(ip));
  }
}
