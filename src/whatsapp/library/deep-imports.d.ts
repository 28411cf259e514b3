// The library's own types describe its index only; library.ts types the files that are loaded.
declare module 'whatsapp-web.js/src/*' {
  const exported: unknown;
  export default exported;
}
