/**
 * The words of Echelon as code: requests and answers, instances, failure kinds, the walk, strategies, limits and breaker
 * rules. Pure Java: no Camel, no sockets, no threads of its own; time and randomness are handed in. Imports nothing of
 * ours. Start reading at {@link dev.echelon.domain.Walk}.
 */
@NullMarked
package dev.echelon.domain;

import org.jspecify.annotations.NullMarked;
