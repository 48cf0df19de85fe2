/**
 * Dialects and the asynchronous model call: one attempt on one instance, over HTTP, plain or streamed. May import domain
 * and config. Start reading at {@link dev.echelon.model.Dialect}.
 */
@NullMarked
package dev.echelon.model;

import org.jspecify.annotations.NullMarked;
