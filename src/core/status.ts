/**
 * The provider's word for a delivery that needs no row of its own: a check that hears it moves `cursors.checked` and
 * writes nothing. What stands behind that position and says less has been heard to say this (docs/decisions/026).
 */
export const DELIVERED = { status: "delivered", rank: 5 } as const;
