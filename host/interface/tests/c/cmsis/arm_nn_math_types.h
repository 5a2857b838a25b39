/* Stand-in: empty. */
