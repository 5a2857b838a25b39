/* Calls nothing: everything linked with it was named on the command line. */
int main(void) {
    return 0;
}
