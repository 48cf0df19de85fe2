/**
 * What outlives a request: answers that are kept for those who ask again, and calls that several wait for. May import
 * domain only. Start reading at {@link dev.echelon.store.ResponseCache} and {@link dev.echelon.store.IdempotencyStore}.
 */
@NullMarked
package dev.echelon.store;

import org.jspecify.annotations.NullMarked;
