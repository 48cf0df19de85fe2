/** Edges through which prompts come in. May import domain, store and component. */
@NullMarked
package dev.echelon.ingress;

import org.jspecify.annotations.NullMarked;
