import { describe, expect, it } from 'vitest';
import { SignInThrottle } from './sign-in-throttle.ts';

function failing(times: number): SignInThrottle {
  const throttle = new SignInThrottle();
  for (let time = 0; time < times; time += 1) throttle.failed('admin', '10.0.0.1', 0);
  return throttle;
}

describe('throttling of sign-ins', () => {
  it('makes a guesser wait, longer each time, up to a minute', () => {
    expect(failing(5).wait('admin', '10.0.0.1', 0)).toBe(1000);
    expect(failing(6).wait('admin', '10.0.0.1', 0)).toBe(2000);
    expect(failing(60).wait('admin', '10.0.0.1', 0)).toBe(60_000);
    expect(failing(60).wait('ADMIN', '10.0.0.1', 0)).toBe(60_000);
  });
  it('lets people mistype', () => expect(failing(4).wait('admin', '10.0.0.1', 0)).toBe(0));
  it('makes nobody wait for a guesser elsewhere', () => {
    expect(failing(60).wait('admin', '10.0.0.2', 0)).toBe(0);
    expect(failing(29).wait('other', '10.0.0.1', 0)).toBe(0);
  });
  it('makes who guesses at many names wait, but at that source alone', () => {
    const throttle = new SignInThrottle();
    for (let name = 0; name < 30; name += 1) throttle.failed(`name-${name}`, '10.0.0.1', 0);
    throttle.succeeded('name-0', '10.0.0.1');
    expect(throttle.wait('admin', '10.0.0.1', 0)).toBe(1000);
    expect(throttle.wait('name-0', '10.0.0.2', 0)).toBe(0);
  });
  it('forgets after a success, and after a quiet quarter of an hour', () => {
    const throttle = failing(10);
    expect(throttle.wait('admin', '10.0.0.1', 15 * 60_000)).toBe(0);
    throttle.succeeded('admin', '10.0.0.1');
    expect(throttle.wait('admin', '10.0.0.1', 0)).toBe(0);
  });
});
