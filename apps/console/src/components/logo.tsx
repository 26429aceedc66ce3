/** Four strings, struck: kanade (奏で) is the playing of an instrument. */
export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#2b4c8c" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M8 12.5v7" />
        <path d="M13.3 7.5v17" />
        <path d="M18.7 10.5v11" />
        <path d="M24 14v4" stroke="#9db7ee" />
      </g>
    </svg>
  );
}
