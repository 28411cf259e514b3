// Statistics of repeated measurements.
export const quantile = (numbers, q) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * q)];
export const median = (numbers) => quantile(numbers, 0.5);
