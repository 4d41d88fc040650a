// Figures in Prometheus' text format. Label sets are bounded: beyond MOST_SERIES a metric counts into one series
// whose labels all say `other`.

const MOST_SERIES = 500;

/** Upper bounds in seconds, as kube-apiserver's request latencies, coarser. */
export const LATENCY_BUCKETS: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface Counter {
  /** `values` in the order of the metric's labels. */
  add(amount: number, ...values: string[]): void;
}

export interface Histogram {
  observe(value: number, ...values: string[]): void;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): Iterable<string>;
}

interface Series<T> {
  readonly labels: string;
  readonly value: T;
}

/** Label value combinations of one metric, each with its own cell. */
class SeriesSet<T> {
  readonly #labels: readonly string[];
  readonly #make: () => T;
  readonly #series = new Map<string, Series<T>>();

  constructor(labels: readonly string[], make: () => T) {
    this.#labels = labels;
    this.#make = make;
  }

  of(values: readonly string[]): T {
    const key = values.length === 1 ? (values[0] as string) : values.join('\u0000');
    const known = this.#series.get(key);
    if (known !== undefined) return known.value;
    if (this.#series.size >= MOST_SERIES && values.some((value) => value !== 'other')) {
      return this.of(this.#labels.map(() => 'other'));
    }
    const labels = this.#labels.map((label, index) => `${label}="${escapeLabel(values[index] ?? '')}"`).join(',');
    const series = { labels, value: this.#make() };
    this.#series.set(key, series);
    return series.value;
  }

  all(): Iterable<Series<T>> {
    return this.#series.values();
  }
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const braces = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

export class Metrics {
  readonly #families: Family[] = [];

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    const set = new SeriesSet(labels, () => ({ total: 0 }));
    this.#families.push({
      name,
      help,
      type: 'counter',
      *lines() {
        for (const { labels: text, value } of set.all()) yield `${name}${braces(text)} ${value.total}`;
      },
    });
    return {
      add: (amount, ...values) => {
        set.of(values).total += amount;
      },
    };
  }

  /** `read` is called when the text is asked for: one value, or several by label values. */
  gauge(name: string, help: string, read: () => number): void {
    this.#families.push({ name, help, type: 'gauge', lines: () => [`${name} ${read()}`] });
  }

  /** Figures kept elsewhere, each with its label values. */
  observed(
    family: { readonly name: string; readonly help: string; readonly type: 'counter' | 'gauge' },
    labels: readonly string[],
    read: () => Iterable<readonly [values: readonly string[], figure: number]>,
  ): void {
    this.#families.push({
      ...family,
      *lines() {
        for (const [values, figure] of read()) {
          const text = labels.map((label, index) => `${label}="${escapeLabel(values[index] ?? '')}"`).join(',');
          yield `${family.name}${braces(text)} ${figure}`;
        }
      },
    });
  }

  histogram(
    name: string,
    help: string,
    labels: readonly string[],
    bounds: readonly number[] = LATENCY_BUCKETS,
  ): Histogram {
    const set = new SeriesSet(labels, () => ({ buckets: new Array<number>(bounds.length).fill(0), sum: 0, count: 0 }));
    this.#families.push({
      name,
      help,
      type: 'histogram',
      *lines() {
        for (const { labels: text, value } of set.all()) {
          const prefix = text === '' ? '' : `${text},`;
          let below = 0;
          for (const [index, bound] of bounds.entries()) {
            below += value.buckets[index] ?? 0;
            yield `${name}_bucket{${prefix}le="${bound}"} ${below}`;
          }
          yield `${name}_bucket{${prefix}le="+Inf"} ${value.count}`;
          yield `${name}_sum${braces(text)} ${value.sum}`;
          yield `${name}_count${braces(text)} ${value.count}`;
        }
      },
    });
    return {
      observe: (value, ...values) => {
        const cell = set.of(values);
        cell.sum += value;
        cell.count++;
        const index = bounds.findIndex((bound) => value <= bound);
        if (index >= 0) cell.buckets[index] = (cell.buckets[index] ?? 0) + 1;
      },
    };
  }

  text(): string {
    let text = '';
    for (const family of this.#families) {
      text += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`;
      for (const line of family.lines()) text += `${line}\n`;
    }
    return text;
  }
}
