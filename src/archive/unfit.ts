// Why an archive cannot be used, in words that fit after "it cannot be used: ".
export class Unfit extends Error {}
