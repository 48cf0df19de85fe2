/** Seen from outside: health now; metrics and administration hear events and read snapshots. May import all but ingress and cli. */
@NullMarked
package dev.echelon.ops;

import org.jspecify.annotations.NullMarked;
