"""What spark-submit is given: segml's command line, whose words come after this file's name."""

from segml.cli import main

if __name__ == "__main__":
    main()
