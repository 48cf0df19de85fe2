/**
 * The HTTP edge: our own engine behind {@code platform-http}, one event loop a core, and the OpenAI-compatible front. May
 * import domain, store and component. Start reading at {@link dev.echelon.ingress.http.EdgeConsumer}.
 */
@NullMarked
package dev.echelon.ingress.http;

import org.jspecify.annotations.NullMarked;
