/* Calls nothing: what is linked beside it was asked for on the command line. */
int main(void) {
    return 0;
}
