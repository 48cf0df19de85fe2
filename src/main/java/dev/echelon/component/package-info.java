/**
 * The {@code llm:} component: any Camel route can send a prompt to a target. May import domain, config, store and route.
 * Start reading at {@link dev.echelon.component.LlmProducer}.
 */
@NullMarked
package dev.echelon.component;

import org.jspecify.annotations.NullMarked;
