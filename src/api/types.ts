// Small names shared by the kinds that the generated types do not carry.

export type EventType = 'Normal' | 'Warning';
