import type { Model } from './use-models';

export function hasPrice(model: Model): boolean {
  return model.price.input > 0 || model.price.output > 0;
}

export function price(dollars: number): string {
  return `$${dollars.toLocaleString('en', { maximumFractionDigits: 2 })}`;
}
