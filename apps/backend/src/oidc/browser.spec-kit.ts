/** Somebody's browser, as far as cookies and redirects go: a jar per origin. */
export class TestBrowser {
  private readonly jars = new Map<string, Map<string, string>>();

  cookie(origin: string, name: string): string | undefined {
    return this.jars.get(origin)?.get(name);
  }

  /** One request, whose redirect is not followed. */
  async send(address: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(address);
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const answer = await fetch(address, { ...init, redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Where an answer leads. */
  static next(answer: Response, address: string): string {
    return new URL(answer.headers.get('location') ?? 'about:blank', address).href;
  }

  /** Signs in at the provider as `login` (nobody: refuses), from its authorization address to the address it sends the browser back to. */
  async passProvider(authorization: string, login: string): Promise<string> {
    const { origin } = new URL(authorization);
    let address = authorization;
    while (new URL(address).origin === origin) {
      const isForm = new URL(address).pathname.startsWith('/interaction/');
      const answer = await this.send(address, isForm ? { method: 'POST', body: new URLSearchParams({ login }) } : {});
      if (answer.status < 300 || answer.status >= 400) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
      address = TestBrowser.next(answer, address);
    }
    return address;
  }
}
