import { Environment } from '@marcbachmann/cel-js';
import { describe, expect, test } from 'vitest';
import { registerLibrary } from './library.ts';

function evaluate(expression: string): unknown {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  registerLibrary(environment);
  return environment.evaluate(expression, {});
}

describe('of values', () => {
  test.each([
    "ip('10.0.0.1').family() == 4 && ip('::1').isLoopback()",
    "ip('8.8.8.8').isGlobalUnicast() && !ip('224.0.0.1').isGlobalUnicast()",
    "ip('169.254.1.1').isLinkLocalUnicast() && ip('0.0.0.0').isUnspecified()",
    "string(ip('2001:DB8::1')) == '2001:db8::1'",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))",
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
    "string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8' && cidr('10.0.0.0/8').prefixLength() == 8",
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-alpha.2').isLessThan(semver('1.0.0'))",
    "semver('1.0.0-alpha.9').isLessThan(semver('1.0.0-alpha.10')) && semver('1.0.0+a').compareTo(semver('1.0.0')) == 0",
    "semver('v1.2', true).minor() == 2 && !isSemver('v1.2') && isSemver('01.2.3', true)",
    "sets.contains([1, 2, 3], [2]) && sets.equivalent(['a', 'b'], ['b', 'a', 'a']) && !sets.intersects([1], [2])",
    "'%s is %d of %.2f%%'.format(['a', 3, 1.5]) == 'a is 3 of 1.50%'",
    "'%s %s %x %b'.format([[1, 2], {'a': true}, 255, 5]) == '[1, 2] {a: true} ff 101'",
    "jsonpatch.escapeKey('a/b~c') == 'a~1b~0c'",
  ])('%s', (expression) => {
    expect(evaluate(expression)).toBe(true);
  });

  test.each(["ip('10.0.0')", "cidr('10.0.0.0')", "semver('1.2')", "'%s'.format([])"])('%s fails', (expression) => {
    expect(() => evaluate(expression)).toThrow();
  });
});
